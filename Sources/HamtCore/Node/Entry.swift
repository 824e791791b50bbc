// SPDX-License-Identifier: Apache-2.0

/// A key and its value, side by side as they lie in a node: 16 bytes.
public struct Entry<Element: BitwiseCopyable>: BitwiseCopyable {
  public var key: Element
  public var value: Element

  @inlinable
  public init(key: Element, value: Element) {
    self.key = key
    self.value = value
  }
}

extension ElementPolicy {
  @inline(__always)
  func retain(_ entry: Entry<Element>) {
    retain(entry.key)
    retain(entry.value)
  }

  @inline(__always)
  func release(_ entry: Entry<Element>) {
    release(entry.key)
    release(entry.value)
  }

  @inline(__always)
  func isTracked(_ entry: Entry<Element>) -> Bool {
    isTracked(entry.key) || isTracked(entry.value)
  }
}
