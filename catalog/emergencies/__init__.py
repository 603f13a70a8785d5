"""Break-glass: access for emergency treatment, which is always reviewed by somebody else."""
