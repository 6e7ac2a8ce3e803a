"""Settings, shortcut sheet, about: the few dialogs that there are."""
