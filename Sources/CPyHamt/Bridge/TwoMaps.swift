// swift-format-ignore-file: AlwaysUseLowerCamelCase
// SPDX-License-Identifier: Apache-2.0

import CPyHamtShim
import HamtCore

/// The ABI functions on two maps.

/// The second map's value.
private struct TheirsWins: MergeResolver {
  let policy: PythonPolicy

  @inline(__always)
  func value(of key: Object, mine: Object, theirs: Object) -> Object {
    policy.retain(theirs)
    return theirs
  }
}

/// What a C function chooses.
private struct Chosen: MergeResolver {
  let resolver: hamt_resolver
  let context: UnsafeMutableRawPointer?

  func value(of key: Object, mine: Object, theirs: Object) throws(Failure) -> Object {
    guard let value = resolver(context, key, mine, theirs) else { throw .callbackFailed }
    return value
  }
}

@c @implementation
func hamt_map_merge(
  _ state: State, _ mine: OpaquePointer?, _ theirs: OpaquePointer?, _ resolver: hamt_resolver?,
  _ context: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<OpaquePointer?>
) -> hamt_status {
  let policy = PythonPolicy(state)
  let (first, second) = (PythonRoot(mine), PythonRoot(theirs))
  do throws(Failure) {
    let union: PythonRoot
    if let resolver {
      let chosen = Chosen(resolver: resolver, context: context)
      union = try first.merging(second, chosen, policy)
    } else {
      union = try first.merging(second, TheirsWins(policy: policy), policy)
    }
    result.pointee = union.map
    return .HAMT_OK
  } catch {
    return status(of: error)
  }
}

/// Tells a C function.
private struct Told: DifferenceVisitor {
  let visitor: hamt_visitor
  let context: UnsafeMutableRawPointer

  private func tell(_ key: Object, _ first: Object?, _ second: Object?) throws(Failure) {
    if visitor(context, key, first, second) != 0 { throw .callbackFailed }
  }

  func onlyInFirst(_ entry: Entry<Object>) throws(Failure) {
    try tell(entry.key, entry.value, nil)
  }

  func onlyInSecond(_ entry: Entry<Object>) throws(Failure) {
    try tell(entry.key, nil, entry.value)
  }

  func inBoth(_ first: Entry<Object>, _ second: Entry<Object>) throws(Failure) {
    try tell(first.key, first.value, second.value)
  }
}

@c @implementation
func hamt_map_difference(
  _ state: State, _ first: OpaquePointer?, _ second: OpaquePointer?, _ visitor: hamt_visitor,
  _ context: UnsafeMutableRawPointer
) -> hamt_status {
  var told = Told(visitor: visitor, context: context)
  do throws(Failure) {
    try PythonRoot(first).difference(from: PythonRoot(second), &told, PythonPolicy(state))
    return .HAMT_OK
  } catch {
    return status(of: error)
  }
}
