"""What judges: metrics, error rates and their analysis, attribution, baselines to beat."""
