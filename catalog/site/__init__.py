"""The static site: pages of the catalogue, in Japanese and English, that need no server and ask nothing of anybody."""
