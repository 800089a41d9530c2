"""What is said before there is a model: reading, the language, waivers, and the tool itself."""
