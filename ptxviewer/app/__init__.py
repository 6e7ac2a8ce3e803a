"""Behaviour of the viewer without Qt, torch or pydicom: state, intents, jobs, settings."""
