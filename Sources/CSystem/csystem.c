/* SPDX-License-Identifier: Apache-2.0 */

/* The header is all there is; a package target needs one file to compile. */

#include "csystem.h"
