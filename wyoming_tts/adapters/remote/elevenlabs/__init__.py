"""ElevenLabs: the voices of a cloud, with word times, over HTTP and over one websocket for each text stream."""
