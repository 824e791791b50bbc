// swift-format-ignore-file: AlwaysUseLowerCamelCase
// SPDX-License-Identifier: Apache-2.0

import CPyHamtShim
import HamtCore

/// The ABI functions on whole maps. hamt.h says what each does.

typealias State = UnsafeMutablePointer<hamt_state>
typealias Object = UnsafeMutablePointer<PyObject>
typealias PythonRoot = Root<PythonPolicy>

extension Root<PythonPolicy> {
  @inline(__always)
  init(_ map: OpaquePointer?) {
    self.init(memory: UnsafeMutableRawPointer(map))
  }

  @inline(__always)
  var map: OpaquePointer? { OpaquePointer(memory) }
}

/// Turns a failure into a status, with an exception set.
func status(of failure: Failure) -> hamt_status {
  switch failure {
  case .outOfMemory: hamt_set_no_memory()
  case .callbackFailed: break
  }
  return .HAMT_ERROR
}

// MARK: - Lifetime

@c @implementation
func hamt_map_release(_ state: State, _ map: OpaquePointer?) {
  PythonRoot(map).release(PythonPolicy(state))
}

@c @implementation
func hamt_map_count(_ map: OpaquePointer?) -> Int {
  PythonRoot(map).count
}

// MARK: - Reading

@c @implementation
func hamt_map_find(
  _ state: State, _ map: OpaquePointer?, _ key: Object, _ hash: Int,
  _ value: UnsafeMutablePointer<Object?>
) -> hamt_status {
  do throws(Failure) {
    let path = PythonPolicy.path(hash: hash)
    guard let entry = try PythonRoot(map).find(key, path: path, PythonPolicy(state)) else {
      return .HAMT_NOT_FOUND
    }
    value.pointee = entry.pointee.value
    return .HAMT_OK
  } catch {
    return status(of: error)
  }
}

@c @implementation
func hamt_map_equal(_ state: State, _ a: OpaquePointer?, _ b: OpaquePointer?) -> Int32 {
  do throws(Failure) {
    return try PythonRoot(a).isEqual(to: PythonRoot(b), PythonPolicy(state)) ? 1 : 0
  } catch {
    _ = status(of: error)
    return -1
  }
}

@c @implementation
func hamt_map_hash(
  _ state: State, _ map: OpaquePointer?, _ hash: UnsafeMutablePointer<UInt64>
) -> hamt_status {
  do throws(Failure) {
    hash.pointee = try PythonRoot(map).contributions(PythonPolicy(state))
    return .HAMT_OK
  } catch {
    return status(of: error)
  }
}

// MARK: - Updating

@c @implementation
func hamt_map_inserting(
  _ state: State, _ map: OpaquePointer?, _ key: Object, _ hash: Int, _ value: Object,
  _ result: UnsafeMutablePointer<OpaquePointer?>
) -> hamt_status {
  do throws(Failure) {
    var root = PythonRoot(map)
    let outcome = try root.insert(
      Entry(key: key, value: value), path: PythonPolicy.path(hash: hash), inPlace: false,
      PythonPolicy(state))
    guard case .changed = outcome else { return .HAMT_UNCHANGED }
    result.pointee = root.map
    return .HAMT_OK
  } catch {
    return status(of: error)
  }
}

@c @implementation
func hamt_map_removing(
  _ state: State, _ map: OpaquePointer?, _ key: Object, _ hash: Int,
  _ result: UnsafeMutablePointer<OpaquePointer?>
) -> hamt_status {
  do throws(Failure) {
    var root = PythonRoot(map)
    let outcome = try root.remove(
      key, path: PythonPolicy.path(hash: hash), inPlace: false, PythonPolicy(state))
    guard case .changed = outcome else { return .HAMT_NOT_FOUND }
    result.pointee = root.map
    return .HAMT_OK
  } catch {
    return status(of: error)
  }
}

@c @implementation
func hamt_map_insert(
  _ state: State, _ map: UnsafeMutablePointer<OpaquePointer?>, _ key: Object, _ hash: Int,
  _ value: Object
) -> hamt_status {
  let policy = PythonPolicy(state)
  var root = PythonRoot(map.pointee)
  do throws(Failure) {
    let outcome = try root.insert(
      Entry(key: key, value: value), path: PythonPolicy.path(hash: hash), inPlace: true, policy)
    map.pointee = root.map
    guard case .changed(_, let displaced) = outcome else { return .HAMT_UNCHANGED }
    displaced.release(policy)
    return .HAMT_OK
  } catch {
    map.pointee = root.map
    return status(of: error)
  }
}

@c @implementation
func hamt_map_remove(
  _ state: State, _ map: UnsafeMutablePointer<OpaquePointer?>, _ key: Object, _ hash: Int
) -> hamt_status {
  let policy = PythonPolicy(state)
  var root = PythonRoot(map.pointee)
  do throws(Failure) {
    let outcome = try root.remove(
      key, path: PythonPolicy.path(hash: hash), inPlace: true, policy)
    map.pointee = root.map
    guard case .changed(_, let displaced) = outcome else { return .HAMT_NOT_FOUND }
    displaced.release(policy)
    return .HAMT_OK
  } catch {
    map.pointee = root.map
    return status(of: error)
  }
}

@c @implementation
func hamt_map_build(
  _ seeds: UnsafeMutablePointer<hamt_seed>, _ count: Int, _ state: State,
  _ result: UnsafeMutablePointer<OpaquePointer?>
) -> hamt_status {
  // SAFETY: a hamt_seed is laid out as a Seed; the hash gives way to the path.
  let start = UnsafeMutableRawPointer(seeds).assumingMemoryBound(
    to: Seed<PythonPolicy.Element>.self)
  for index in 0..<count {
    start[index].path = PythonPolicy.path(
      hash: Int(truncatingIfNeeded: Int64(bitPattern: seeds[index].hash)))
  }
  do throws(Failure) {
    let root = try PythonRoot.build(start, count: count, PythonPolicy(state))
    result.pointee = root.map
    return .HAMT_OK
  } catch {
    return status(of: error)
  }
}

// MARK: - Pool

@c @implementation
func hamt_pool_create() -> UnsafeMutableRawPointer? {
  NodePool()?.handle
}

@c @implementation
func hamt_pool_destroy(_ pool: UnsafeMutableRawPointer) {
  NodePool(handle: pool).destroy { hamt_node_free_plain($0) }
}
