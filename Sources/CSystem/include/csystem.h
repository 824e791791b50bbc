/* SPDX-License-Identifier: Apache-2.0 */

/* The C library's allocator, which Embedded Swift cannot import, as inline
 * functions that vanish into their callers. */

#ifndef CSYSTEM_H
#define CSYSTEM_H

#include <stddef.h>
#include <stdlib.h>

#pragma clang assume_nonnull begin

/* `size` bytes aligned to 16, or NULL. */
static inline void *_Nullable csystem_allocate(ptrdiff_t size)
{
    return malloc((size_t)size);
}

static inline void
csystem_deallocate(void *block)
{
    free(block);
}

#pragma clang assume_nonnull end

#endif
