"""How films are shown: window, overlay, viewing aids, comparison."""
