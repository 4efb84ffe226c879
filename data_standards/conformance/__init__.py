"""How far a table follows the government's data standards: machine readability, GIF levels, and what cleansing would change."""
