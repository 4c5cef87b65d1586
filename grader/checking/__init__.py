"""What checks share: reading what people and Docker wrote, and comparing it with the rubric."""
