"""What the API says of itself: landing page, collections, conformance, OpenAPI, schemas and styles."""
