"""The crisis-signalling game and its estimation."""
