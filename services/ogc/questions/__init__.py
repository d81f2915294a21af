"""What a reader asks: parameters, filters, the place in a crawl, the address, and what is wrong with it."""
