"""Questions asked of a model by rules, reports and views."""
