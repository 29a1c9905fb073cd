"""Where in its text a voice has stopped."""
