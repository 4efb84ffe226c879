"""The commands of ``daicho``, one module each, found by folder.

A module names itself by its file (``address_master_report.py`` is ``daicho address-master-report``) and has:

* ``SUMMARY``: what the command does, one sentence;
* ``add_arguments(parser)``: its options;
* ``run(arguments)``: does it and returns the exit status.

Every module is imported to print the help, so what takes long to import is imported inside ``run``.
"""
