"""Solution concepts, each with a certificate."""
