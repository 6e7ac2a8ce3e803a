"""From a film to the maps of a network: what every runtime shares; each runtime has a package of its own."""
