package import GuardAPI
package import Systemd

extension Event {
  /// The default priority of an entry.
  package var priority: Priority {
    switch self {
    case .startFailed, .serviceFailed: .critical
    case .configRejected, .tunnelBlocked, .forwardPortBusy: .error
    case .tunnelDown, .forwardClientRefused, .apiFailed, .problemOpened, .adminRefused,
      .entriesHeldBack,
      .breakGlass, .incidentFlapping, .alertFailing, .alertDropped:
      .warning
    case .started, .stopped, .configReloaded, .tunnelUp, .apiRecovered, .verdictChanged,
      .problemClosed,
      .adminAction, .silenceBegun, .silenceEnded, .alertRecovered, .tunnelWaits:
      .notice
    case .tunnelRetry, .forwardListening, .objectChanged, .slept, .resumed, .incidentOpened,
      .incidentWorsened, .incidentReminder, .incidentEnded:
      .info
    }
  }

  /// 128 random bits in hexadecimal (systemd-id128 new). An id never changes and is never reused, so that
  /// `journalctl MESSAGE_ID=…` finds all entries of a kind, including old ones.
  package var messageID: String {
    switch self {
    case .started: "25f4e4a51b1e4b83868fc0591fcf118e"
    case .startFailed: "5180602de8934672b10a9609525fa8f3"
    case .stopped: "de4b84c741404ecdaf99e3152ed16757"
    case .configReloaded: "eeecd9c63bf740ce9862f4ac16988406"
    case .configRejected: "e48692429ab048798c4ea3501daae686"
    case .tunnelUp: "78d2c857a78d4ceeaf57e1e59ffa95a4"
    case .tunnelDown: "0f60b434b4644e8da854bd82ab4923ee"
    case .tunnelRetry: "4416cee1726d4440a58bfd24c3483083"
    case .tunnelBlocked: "48f5bd3790ba423ea4c70710c0e0e5d0"
    case .tunnelWaits: "7fe497f11e07440d96e355ab139612f5"
    case .forwardListening: "860cd0e7050d4167ac349996747905f6"
    case .forwardPortBusy: "248acede3b97485283bcab57a0b4c6dc"
    case .forwardClientRefused: "557a35b3190047148c6a87ad6898d8c6"
    case .apiFailed: "1c7260641626400f9fc43f332e9e9190"
    case .apiRecovered: "c4fbb8134be446d0940cce74bd8a75ae"
    case .verdictChanged: "c81631747e9c4affaf0005d27b7fdff3"
    case .problemOpened: "cf7b49ccd1c348cfbbe5098115a7c18c"
    case .problemClosed: "8c65856b86114ea880154fd0b7ff5281"
    case .objectChanged: "c626430f02f7440192c29962ffa311c3"
    case .adminAction: "fa01207becab4d1eb810637c6b42b7cb"
    case .adminRefused: "3bafbc8849d44f32b7b4648f7ecf104c"
    case .entriesHeldBack: "fd8b1365e1f9443db1b865ba475c9527"
    case .serviceFailed: "b88c66279b5d48ed876a52ac1e33141a"
    case .breakGlass: "152f1bf4f6ee47ecb52fa23eaa380899"
    case .incidentOpened: "039ad244ce494badbc6f693e54d2f998"
    case .incidentWorsened: "e4976a07679e4565a3b686de4aeb6101"
    case .incidentFlapping: "09154b17c5fd498693683e96bb7ba4c6"
    case .incidentReminder: "cff5633606d247ecb59ce473d22bda10"
    case .incidentEnded: "4278da7896e44fc38eac5cabf06f9748"
    case .silenceBegun: "fbe5deb2ac48474386fd72b4357ccfcf"
    case .silenceEnded: "dbf852e4465e491a818a6dc5b67156ae"
    case .alertFailing: "27463aaba48ac37dc3aff697a8401300"
    case .alertRecovered: "cac9dec698c9c3dcd8f894ed29d4ebb8"
    case .alertDropped: "27687217185aab6223236bada6380779"
    case .slept: "d378430d185e4ef9929ef6bf4d75ad1f"
    case .resumed: "3e399c20c5844facbfd86e93df25c0cb"
    }
  }
}
