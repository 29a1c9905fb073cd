"""AllTalk v2: one server with an engine of its owner's choice behind it."""
