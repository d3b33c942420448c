"""The assignment problem: who speaks where and when, proven and explained."""
