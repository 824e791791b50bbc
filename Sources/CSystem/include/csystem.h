/* SPDX-License-Identifier: Apache-2.0 */

/* What Swift cannot say itself: the C library's allocator and the processor's
 * hints, as inline functions that vanish into their callers. */

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

/* Ask for a cache line before it is read. */
static inline void
csystem_prefetch(const void *address)
{
    __builtin_prefetch(address);
}

#pragma clang assume_nonnull end

#endif
