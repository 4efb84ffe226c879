"""Location reference information, oaza and chome level."""
