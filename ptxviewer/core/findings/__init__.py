"""From the network's maps to findings: the decision, its measures, the gate."""
