"""What is remembered from one start to the next: one sqlite file, and a table for each who remembers."""
