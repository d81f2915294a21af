"""What the services of others answer: asked politely, checked, and kept on disk."""
