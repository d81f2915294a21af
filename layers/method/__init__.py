"""What is made from what: from raw tables to figures, measures, scores, searches and layers."""
