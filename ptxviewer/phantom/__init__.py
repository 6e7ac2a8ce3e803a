"""Synthetic chest radiographs whose pneumothorax is known: for the self-test, the training and the tests."""
