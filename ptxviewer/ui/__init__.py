"""The window: thin PySide6 widgets that render ``app.state.State`` and send intents to the presenter."""
