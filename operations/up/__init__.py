"""One guarded act: what was judged is what is applied, and what is waited for has its reason."""
