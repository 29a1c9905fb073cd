"""Who speaks a request, and who carries on."""
