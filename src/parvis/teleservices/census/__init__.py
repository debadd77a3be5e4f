"""Recensement citoyen: at 16, every French person is registered by the town hall of their home.

Source: code du service national, articles L113-1 to L113-8 and R*111-1 to R*111-8.
"""
