"""Recording while the learner works, and showing what it proves. Sits on top of the pipeline."""
