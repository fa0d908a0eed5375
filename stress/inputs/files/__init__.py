"""Files -> a whole job: documents named by other documents, sweeps, macro paths."""
