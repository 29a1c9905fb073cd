"""What is made ahead while nobody speaks."""
