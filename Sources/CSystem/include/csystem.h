/* SPDX-License-Identifier: Apache-2.0 */

/* The C library's allocator, which Embedded Swift cannot import, and what the
 * compiler has for C alone, as inline functions that vanish into their callers.
 */

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

/* Ask for the cache line of an address that will be read soon. The address
 * need not be a good one. */
static inline void
csystem_prefetch(const void *_Nullable address)
{
    __builtin_prefetch(address);
}

#pragma clang assume_nonnull end

#endif
