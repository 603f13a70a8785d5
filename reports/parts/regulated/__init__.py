"""What regulators ask of a model's records: for each question one check of a dossier's context, by paragraph.

Paragraphs are named and their subject is paraphrased; nothing here is advice on whether they apply.
"""
