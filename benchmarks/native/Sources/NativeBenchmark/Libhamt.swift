// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The functions of a libhamt (github.com/mkirchner/hamt) that the user has built, opened at run time.
///
/// The signatures are those of February 2024, when libhamt got its table cache, the pool that its tables
/// come from. A version of a map shares tables with others and nothing counts who does, so the memory of
/// versions comes back only with the pool: a libhamt without one is turned down.

struct Libhamt {
  typealias Trie = OpaquePointer
  typealias Cache = OpaquePointer
  typealias Word = UnsafeMutableRawPointer

  typealias Allocate = @convention(c) (Int, Word?) -> Word?
  typealias Reallocate = @convention(c) (Word?, Int, Int, Word?) -> Word?
  typealias Free = @convention(c) (Word?, Int, Word?) -> Void
  typealias Compare = @convention(c) (Word?, Word?) -> CInt
  typealias Hash = @convention(c) (Word?, Int) -> UInt32

  struct Allocator {
    var allocate: Allocate
    var reallocate: Reallocate
    var free: Free
    var context: Word?
  }

  struct Configuration {
    var allocator: UnsafeMutablePointer<Allocator>
    var compare: Compare
    var hash: Hash
    var cache: Cache
  }

  struct CacheConfiguration {
    var bucketCount = 32
    var bucketSizes: UnsafeMutableRawPointer
    var allocator: UnsafeMutablePointer<Allocator>
  }

  /// Takes a pointer to a `Configuration`.
  let create: @convention(c) (UnsafeRawPointer) -> Trie
  let delete: @convention(c) (Trie) -> Void
  let get: @convention(c) (Trie, Word?) -> Word?
  let set: @convention(c) (Trie, Word?, Word?) -> Word?
  let remove: @convention(c) (Trie, Word?) -> Word?
  let setPersistently: @convention(c) (Trie, Word?, Word?) -> Trie
  let removePersistently: @convention(c) (Trie, Word?) -> Trie
  let size: @convention(c) (Trie) -> Int

  /// Takes a pointer to a `CacheConfiguration`.
  let createCache: @convention(c) (UnsafeRawPointer) -> Cache
  let deleteCache: @convention(c) (Cache) -> Void
  /// How many tables of each size a pool begins with: the library's own numbers.
  let cacheSizes: UnsafeMutableRawPointer

  let createIterator: @convention(c) (Trie) -> OpaquePointer
  let deleteIterator: @convention(c) (OpaquePointer) -> Void
  let isValid: @convention(c) (OpaquePointer) -> Bool
  let next: @convention(c) (OpaquePointer) -> OpaquePointer?
  let iteratorKey: @convention(c) (OpaquePointer) -> Word?
  let iteratorValue: @convention(c) (OpaquePointer) -> Word?

  struct Unusable: Error, CustomStringConvertible {
    let description: String
  }

  init(path: String) throws {
    guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      throw Unusable(description: dlerror().map { String(cString: $0) } ?? "\(path): not opened")
    }
    func address(_ name: String) throws -> UnsafeMutableRawPointer {
      guard let address = dlsym(library, name) else {
        throw Unusable(description: "\(path) has no \(name)")
      }
      return address
    }
    // SAFETY: each type is that of the declaration in the library's header, with pointers for structs.
    func function<F>(_ name: String, as type: F.Type = F.self) throws -> F {
      unsafeBitCast(try address(name), to: type)
    }
    create = try function("hamt_create")
    delete = try function("hamt_delete")
    get = try function("hamt_get")
    set = try function("hamt_set")
    remove = try function("hamt_remove")
    setPersistently = try function("hamt_pset")
    removePersistently = try function("hamt_premove")
    size = try function("hamt_size")
    createCache = try function("hamt_table_cache_create")
    deleteCache = try function("hamt_table_cache_delete")
    cacheSizes = try address("hamt_table_cache_default_bucket_sizes")
    createIterator = try function("hamt_it_create")
    deleteIterator = try function("hamt_it_delete")
    isValid = try function("hamt_it_valid")
    next = try function("hamt_it_next")
    iteratorKey = try function("hamt_it_get_key")
    iteratorValue = try function("hamt_it_get_value")
    guard usesCache() else {
      throw Unusable(description: "\(path) is built without its table cache")
    }
  }

  /// Whether tables come from the cache, not from the allocator: the latter is asked for two blocks, the
  /// map and its root, and for no third when a key comes.
  private func usesCache() -> Bool {
    var calls = 0
    return withUnsafeMutablePointer(to: &calls) { calls in
      let allocator = Self.makeAllocator(context: calls)
      let cache = makeCache(allocator)
      let trie = makeTrie(cache, allocator)
      calls.pointee = 0
      _ = set(trie, Word(bitPattern: 8), Word(bitPattern: 8))
      let isUsed = calls.pointee == 0
      delete(trie)
      destroyCache(cache, allocator)
      allocator.deallocate()
      return isUsed
    }
  }

  // MARK: What the library is given

  /// The C library's allocator, for what the cache does not serve. Counts calls in `context`, if any.
  static func makeAllocator(
    context: UnsafeMutablePointer<Int>?
  ) -> UnsafeMutablePointer<Allocator> {
    let allocator = UnsafeMutablePointer<Allocator>.allocate(capacity: 1)
    allocator.initialize(
      to: Allocator(
        allocate: { size, context in
          context?.assumingMemoryBound(to: Int.self).pointee += 1
          return malloc(size)
        },
        reallocate: { block, _, size, _ in realloc(block, size) },
        free: { block, _, _ in free(block) },
        context: context))
    return allocator
  }

  func makeCache(_ allocator: UnsafeMutablePointer<Allocator>) -> Cache {
    var configuration = CacheConfiguration(bucketSizes: cacheSizes, allocator: allocator)
    return createCache(&configuration)
  }

  /// Frees a cache with all tables in it. The library leaves the block of the cache itself.
  func destroyCache(_ cache: Cache, _ allocator: UnsafeMutablePointer<Allocator>) {
    deleteCache(cache)
    free(UnsafeMutableRawPointer(cache))
  }

  /// An empty map, whose keys are the words of pointers and lead nowhere.
  func makeTrie(_ cache: Cache, _ allocator: UnsafeMutablePointer<Allocator>) -> Trie {
    // The library asks for 30 bits at a time, and names each further lot by its level, or by a fifth of
    // its level where it parts two keys: the low half of the hash is the first, the high one all others.
    var configuration = Configuration(
      allocator: allocator,
      compare: { $0 == $1 ? 0 : 1 },
      hash: { key, lot in
        let hash = mix(UInt64(UInt(bitPattern: key)))
        return UInt32(truncatingIfNeeded: lot == 0 ? hash : hash &>> 32)
      },
      cache: cache)
    return create(&configuration)
  }
}
