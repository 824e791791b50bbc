# SPDX-License-Identifier: Apache-2.0
"""What asv tracks over commits; `asv.conf.json` says how it builds them."""
