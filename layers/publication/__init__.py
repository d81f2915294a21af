"""What is said of it: fields, collections, legend, explanations. Knows no figure that is not published."""
