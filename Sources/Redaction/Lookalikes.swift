/// Letters and digits that are compatible with those of ASCII (Unicode, Normalization Form KC), or look like them: circled,
/// squared, mathematical, raised and lowered ones.
enum Lookalikes {
  /// - Parameter scalar: not ASCII.
  static func ascii(_ scalar: UInt32) -> UInt8? {
    switch scalar {
    // All of ASCII in full width
    case 0xFF01...0xFF5E: UInt8(scalar - 0xFF01) + 0x21
    case 0x1D400...0x1D6A3: letter((scalar - 0x1D400) % 52)
    case 0x1D7CE...0x1D7FF: UInt8(ascii: "0") + UInt8((scalar - 0x1D7CE) % 10)
    case 0x24B6...0x24E9: letter(scalar - 0x24B6)
    case 0x249C...0x24B5: letter(scalar - 0x249C + 26)
    // In parentheses, in squares and in circles, the latter two also on black
    case 0x1F110...0x1F129: letter(scalar - 0x1F110)
    case 0x1F130...0x1F149: letter(scalar - 0x1F130)
    case 0x1F150...0x1F169: letter(scalar - 0x1F150)
    case 0x1F170...0x1F189: letter(scalar - 0x1F170)
    case 0x2460...0x2468: UInt8(ascii: "1") + UInt8(scalar - 0x2460)
    case 0x2070, 0x2074...0x2079: UInt8(ascii: "0") + UInt8(scalar - 0x2070)
    case 0x2080...0x2089: UInt8(ascii: "0") + UInt8(scalar - 0x2080)
    case 0xB9, 0x2B0...0x2E3, 0x1D2C...0x1DBB, 0x2071...0x209C, 0x2102...0x217F: others[scalar]
    case 0xB2, 0xB3: UInt8(ascii: "0") + UInt8(scalar - 0xB0)
    default: nil
    }
  }

  /// - Parameter index: 0 to 25 for capital letters, then the small ones.
  private static func letter(_ index: UInt32) -> UInt8 {
    index < 26 ? UInt8(ascii: "A") + UInt8(index) : UInt8(ascii: "a") + UInt8(index - 26)
  }

  /// Characters in no such order.
  private static let others: [UInt32: UInt8] = {
    let pairs: [(String, String)] = [
      ("ℂℊℋℌℍℎℐℑℒℓℕℙℚℛℜℝℤℨ\u{212A}ℬℭℯℰℱℳℴℹⅅⅆⅇⅈⅉ", "CgHHHhIILlNPQRRRZZKBCeEFMoiDdeij"),
      ("ⅠⅤⅩⅬⅭⅮⅯⅰⅴⅹⅼⅽⅾⅿ", "IVXLCDMivxlcdm"),
      ("ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", "abcdefghijklmnoprstuvwxyz"),
      ("ᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁᵂ", "ABDEGHIJKLMNOPRTUW"),
      ("ₐₑₒₓₕₖₗₘₙₚₛₜᵢᵣᵤᵥ¹", "aeoxhklmnpstiruv1"),
    ]
    var table: [UInt32: UInt8] = [:]
    for (characters, letters) in pairs {
      for (character, letter) in zip(characters.unicodeScalars, letters.utf8) {
        table[character.value] = letter
      }
    }
    return table
  }()
}

extension UnsafeBufferPointer<UInt8> {
  /// The scalar outside ASCII that begins at the index, and its length in bytes; nil if there is none.
  func scalar(at index: Int) -> (value: UInt32, length: Int)? {
    let first = self[index]
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0
    guard length > 0, first < 0xF5, index + length <= count else { return nil }
    var value = UInt32(first & (length == 4 ? 0x07 : length == 3 ? 0x0F : 0x1F))
    for next in self[index + 1..<index + length] {
      guard next & 0xC0 == 0x80 else { return nil }
      value = value << 6 | UInt32(next & 0x3F)
    }
    return (value, length)
  }
}
