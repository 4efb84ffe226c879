"""Organisations as extracts of gBizINFO list them: state bodies, local bodies, foreign companies and companies of a municipality."""
