"""From what a client or a language model writes to what a person would say."""
