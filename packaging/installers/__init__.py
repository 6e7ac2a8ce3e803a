"""Freezes the app and makes the installers of each system: `make package`. Not part of the app."""
