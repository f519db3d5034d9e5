"""The lab as one HTML page: readable without a script, without a network, from 360 pixels on."""
