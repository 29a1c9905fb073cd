"""Any server that speaks OpenAI's way: `POST /v1/audio/speech`."""
