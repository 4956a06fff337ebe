import CCurl
import InternetAddress

// The functions libcurl calls for mails; see `HTTPCallbacks`.

private func exchange(_ context: UnsafeMutableRawPointer) -> SMTPExchange {
    unsafe Unmanaged<SMTPExchange>.fromOpaque(context).takeUnretainedValue()
}

func giveMessage(
    _ bytes: UnsafeMutablePointer<CChar>,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    // 0x10000000, CURL_READFUNC_ABORT: an empty answer would end the message early and have half of it delivered.
    let abort = 0x1000_0000
    guard let context = unsafe context else { return abort }
    let (room, overflow) = size.multipliedReportingOverflow(by: count)
    guard !overflow else { return abort }
    return unsafe exchange(context).give(into: UnsafeMutableRawBufferPointer(start: bytes, count: room))
}

func receiveReply(
    _ bytes: UnsafeMutablePointer<CChar>,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context = unsafe context, size == 1 else { return 0 }
    return unsafe exchange(context).take(replyLine: count) ? count : 0
}

func openMailSocket(
    _ context: UnsafeMutableRawPointer?,
    _ purpose: curlsocktype,
    _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let context = unsafe context, let address = unsafe address,
        let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr)
    else { return -1 }
    // The declared type of the field has room for IPv4 only; libcurl allocates `addrlen` bytes from its start.
    let bytes = unsafe UnsafeRawBufferPointer(
        start: UnsafeRawPointer(address) + offset,
        count: Int(address.pointee.addrlen)
    )
    return unsafe exchange(context).open(
        IPAddress(socketAddress: bytes),
        family: address.pointee.family,
        type: address.pointee.socktype,
        protocol: address.pointee.protocol
    )
}
