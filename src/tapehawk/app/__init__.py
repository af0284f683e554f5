"""The composition root: settings, where things are, and how the parts are joined."""
