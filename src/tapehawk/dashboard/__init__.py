"""The Streamlit dashboard: the analyst's bench over the same desk as the command line and the API.

`page.py` is the script that Streamlit runs; `serving.py` runs Streamlit.
"""
