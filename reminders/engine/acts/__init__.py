"""Acts: what people do about what is owed. Units answer, the lead office decides."""
