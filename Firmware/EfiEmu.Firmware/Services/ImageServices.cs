using EfiEmu.Firmware.Gates;
using EfiEmu.Firmware.Images;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Services;

/// <summary>Loading, starting and unloading images.</summary>
/// <remarks>UEFI 2.10 section 7.4; MdeModulePkg/Core/Dxe/Image/Image.c.</remarks>
internal sealed class ImageServices(
    IImageLoader loader,
    ProtocolServices protocols,
    MemoryServices allocator,
    EventServices events,
    GuestProcessor processor,
    IGuestMemory memory,
    BootRecorder recorder,
    GuestAddress systemTable)
{
    // LOADED_IMAGE_PRIVATE_DATA: what firmware keeps of an image, with the protocol inside.
    private const ulong PrivateDataBytes = 0x168;
    private const ulong InformationOffset = 0x18;
    private const ulong LowestPreferredBase = 0x100000;

    private readonly Dictionary<EfiHandle, ImageRecord> _images = [];
    private readonly Stack<ImageRecord> _running = new();
    private readonly HashSet<EfiHandle> _firmwareImages = [];
    private ImageFileReader? _files;

    private ImageFileReader Files => _files ??= new ImageFileReader(protocols, allocator, processor, memory);

    /// <summary>The image that runs now, or null.</summary>
    public ImageRecord? Current => _running.TryPeek(out ImageRecord? image) ? image : null;

    /// <summary>The pages of all images.</summary>
    public IReadOnlyList<MemoryRange> Code => [.. _images.Values.Select(i => i.Pages)];

    /// <summary>The image that lies at an address, or null.</summary>
    public ImageRecord? ImageAt(GuestAddress address) => _images.Values.FirstOrDefault(i => i.Pages.Contains(address.Value));

    /// <summary>Makes a handle of firmware's own an image handle: the parent of what firmware loads.</summary>
    public void AddFirmwareImage(EfiHandle handle) => _firmwareImages.Add(handle);

    /// <summary>Loads an image from a buffer or by its path.</summary>
    /// <param name="devicePath">The image's path, or null.</param>
    /// <param name="source">The file, or null to read it through the path.</param>
    /// <param name="name">What reports call it; null takes it from the path.</param>
    /// <returns>
    /// The handle. INVALID_PARAMETER when the parent is no image, or there is neither buffer nor path; LOAD_ERROR for an empty
    /// buffer or relocations that run wild; UNSUPPORTED for what is no image of this machine; NOT_FOUND when the path leads to
    /// no file, or an image without relocations finds its place taken; OUT_OF_RESOURCES.
    /// </returns>
    public EfiResult<EfiHandle> LoadImage(
        bool bootPolicy, EfiHandle parent, byte[]? devicePath, ReadOnlyMemory<byte>? source, string? name = null)
    {
        if (!IsImage(parent) || (source is null && devicePath is null))
        {
            return EfiStatus.InvalidParameter;
        }

        if (source is { IsEmpty: true })
        {
            return EfiStatus.LoadError;
        }

        if (source is null)
        {
            EfiResult<byte[]> read = Files.Read(devicePath!, bootPolicy);
            if (!read.Succeeded)
            {
                return read.Status;
            }

            source = read.Value;
        }

        EfiResult<ILoadableImage> parsed = loader.Parse(source.Value, out string? fault);
        string shown = name ?? NameOf(devicePath);
        if (!parsed.Succeeded)
        {
            recorder.Add(new Remark($"{shown} is no image: {fault}"));
            return parsed.Status;
        }

        return Place(parsed.Value, parent, devicePath, shown);
    }

    /// <summary>Loads an image that is parsed already, or was never a file.</summary>
    /// <returns>As LoadImage.</returns>
    public EfiResult<EfiHandle> LoadParsed(ILoadableImage image, EfiHandle parent, byte[] devicePath, string name) =>
        Place(image, parent, devicePath, name);

    /// <summary>Starts an image and comes back when it returns or calls Exit.</summary>
    /// <param name="exitData">What the image passed to Exit.</param>
    /// <returns>The image's own status; INVALID_PARAMETER when it is no image or was started; UNSUPPORTED for another machine's code.</returns>
    public EfiStatus StartImage(EfiHandle handle, out (ulong Size, GuestAddress Data) exitData)
    {
        exitData = default;
        if (!_images.TryGetValue(handle, out ImageRecord? image) || image.IsStarted)
        {
            return EfiStatus.InvalidParameter;
        }

        if (image.File.Machine != ImageKinds.MachineX64)
        {
            return EfiStatus.Unsupported;
        }

        image.IsStarted = true;
        Tpl tpl = events.CurrentTpl;
        recorder.Add(new ImageStarted(image.Name, image.EntryPoint));
        EfiStatus status = Run(image);
        events.RestoreTpl(tpl);
        recorder.Add(new ImageExited(image.Name, status));
        exitData = image.ExitData;
        if (ImageKinds.IsApplication(image.File.Subsystem) || status.IsError)
        {
            Remove(image);
        }

        return status;
    }

    /// <summary>Ends an image: the current one leaves through StartImage, one that never ran is unloaded.</summary>
    /// <returns>INVALID_PARAMETER when it is no image or not the current one; SUCCESS for one that never ran; else it does not return.</returns>
    public EfiStatus Exit(EfiHandle handle, EfiStatus status, ulong exitDataSize, GuestAddress exitData)
    {
        if (!_images.TryGetValue(handle, out ImageRecord? image))
        {
            return EfiStatus.InvalidParameter;
        }

        if (!image.IsStarted)
        {
            Remove(image);
            return EfiStatus.Success;
        }

        if (Current != image)
        {
            return EfiStatus.InvalidParameter;
        }

        image.ExitData = exitData.IsNull ? default : (exitDataSize, exitData);
        throw new ImageExitException(handle, status);
    }

    /// <summary>Unloads an image.</summary>
    /// <returns>SUCCESS; INVALID_PARAMETER when it is no image; UNSUPPORTED when it was started and has no Unload; what its Unload returns.</returns>
    public EfiStatus UnloadImage(EfiHandle handle)
    {
        if (!_images.TryGetValue(handle, out ImageRecord? image))
        {
            return EfiStatus.InvalidParameter;
        }

        EfiStatus status = EfiStatus.Success;
        if (image.IsStarted)
        {
            GuestAddress unload = memory.ReadPointer(image.Information + LoadedImageLayout.Unload);
            status = unload.IsNull ? EfiStatus.Unsupported : new EfiStatus(processor.Call(unload, handle.Value));
        }

        if (!status.IsError)
        {
            Remove(image);
        }

        return status;
    }

    /// <summary>EFI_LOADED_IMAGE_PROTOCOL of an image.</summary>
    public GuestAddress InformationOf(EfiHandle handle) => _images[handle].Information;

    private bool IsImage(EfiHandle handle) => _firmwareImages.Contains(handle) || _images.ContainsKey(handle);

    private static string NameOf(byte[]? devicePath)
    {
        if (devicePath is null)
        {
            return "image from memory";
        }

        for (int at = 0; at + 4 <= devicePath.Length;)
        {
            if (DevicePath.TryGetFileName(devicePath.AsSpan(at), out string name))
            {
                return name;
            }

            at += Math.Max(4, devicePath[at + 2] | (devicePath[at + 3] << 8));
        }

        return "image without a file name";
    }

    private EfiResult<EfiHandle> Place(ILoadableImage file, EfiHandle parent, byte[]? devicePath, string name)
    {
        EfiResult<MemoryRange> placed = AllocateFor(file);
        if (!placed.TryGet(out MemoryRange pages))
        {
            return placed.Status;
        }

        ulong alignment = Math.Max(GuestAddress.PageSize, file.SectionAlignment);
        var imageBase = new GuestAddress((pages.Start + alignment - 1) & ~(alignment - 1));
        EfiStatus loaded = file.Load(memory, imageBase, out string? fault);
        if (loaded.IsError)
        {
            recorder.Add(new Remark($"{name} cannot be loaded: {fault}"));
            allocator.FreePages(new GuestAddress(pages.Start), pages.Length / GuestAddress.PageSize);
            return loaded;
        }

        EfiResult<EfiHandle> registered = Register(file, parent, devicePath, name, pages, imageBase);
        if (!registered.Succeeded)
        {
            allocator.FreePages(new GuestAddress(pages.Start), pages.Length / GuestAddress.PageSize);
        }

        return registered;
    }

    private EfiResult<MemoryRange> AllocateFor(ILoadableImage file)
    {
        if (file.RelocationsStripped && file.PreferredBase == 0)
        {
            return EfiStatus.InvalidParameter;
        }

        ulong bytes = file.SizeOfImage;
        if (file.SectionAlignment > GuestAddress.PageSize)
        {
            bytes += file.SectionAlignment;
        }

        ulong pages = (bytes + GuestAddress.PageSize - 1) / GuestAddress.PageSize;
        MemoryType type = ImageKinds.CodeType(file.Subsystem);
        EfiResult<GuestAddress> result = EfiStatus.NotFound;
        if (file.PreferredBase >= LowestPreferredBase || file.RelocationsStripped)
        {
            result = allocator.AllocatePages(
                (uint)AllocateType.Address, type, pages, new GuestAddress(file.PreferredBase));
        }

        if (!result.Succeeded && !file.RelocationsStripped)
        {
            result = allocator.AllocatePages((uint)AllocateType.AnyPages, type, pages, GuestAddress.Null);
        }

        return result.Succeeded
            ? new MemoryRange(result.Value.Value, pages * GuestAddress.PageSize)
            : result.Status;
    }

    private EfiResult<EfiHandle> Register(
        ILoadableImage file, EfiHandle parent, byte[]? devicePath, string name, MemoryRange pages, GuestAddress imageBase)
    {
        (EfiHandle device, byte[]? filePath) = SplitPath(devicePath);
        var buffers = new List<GuestAddress>();
        GuestAddress information = Buffer(buffers, new byte[PrivateDataBytes]) + InformationOffset;
        GuestAddress filePathBuffer = Buffer(buffers, filePath);
        GuestAddress fullPathBuffer = Buffer(buffers, devicePath);
        LoadedImageLayout.Write(
            memory, information, parent, device, systemTable, filePathBuffer,
            new MemoryRange(imageBase.Value, file.SizeOfImage),
            ImageKinds.CodeType(file.Subsystem), ImageKinds.DataType(file.Subsystem));
        EfiResult<EfiHandle> handle = protocols.InstallMultiple(
            EfiHandle.Null,
            [(KnownGuids.LoadedImageProtocol, information), (KnownGuids.LoadedImageDevicePathProtocol, fullPathBuffer)]);
        if (!handle.Succeeded)
        {
            buffers.ForEach(b => allocator.FreePool(b));
            return handle.Status;
        }

        var image = new ImageRecord
        {
            Name = name,
            File = file,
            Handle = handle.Value,
            Base = imageBase,
            EntryPoint = file is IManagedImage managed ? processor.GateTo(managed, name) : imageBase + file.EntryPoint,
            Pages = pages,
            Information = information,
            Buffers = buffers,
        };
        _images.Add(handle.Value, image);
        recorder.Add(new ImageLoaded(name, imageBase, file.SizeOfImage, image.EntryPoint));
        return handle.Value;
    }

    // The device is the handle whose device path is the longest beginning of the image's path; the rest is the file path.
    private (EfiHandle Device, byte[]? FilePath) SplitPath(byte[]? devicePath)
    {
        if (devicePath is null)
        {
            return (EfiHandle.Null, null);
        }

        EfiResult<(EfiHandle Device, byte[] Remainder)> located = protocols.LocateDevicePath(KnownGuids.DevicePathProtocol, devicePath);
        return located.Succeeded ? (located.Value.Device, located.Value.Remainder) : (EfiHandle.Null, devicePath);
    }

    private GuestAddress Buffer(List<GuestAddress> buffers, byte[]? contents)
    {
        if (contents is null || !allocator.AllocatePool(MemoryType.BootServicesData, (ulong)contents.Length).TryGet(out GuestAddress buffer))
        {
            return GuestAddress.Null;
        }

        memory.Write(buffer, contents);
        buffers.Add(buffer);
        return buffer;
    }

    private EfiStatus Run(ImageRecord image)
    {
        _running.Push(image);
        int depth = _running.Count;
        try
        {
            return new EfiStatus(processor.Call(image.EntryPoint, image.Handle.Value, systemTable.Value));
        }
        catch (ImageExitException exit) when (exit.Image == image.Handle)
        {
            return exit.Status;
        }
        finally
        {
            // An image that leaves by Exit takes with it what it started and never saw return.
            while (_running.Count >= depth)
            {
                _running.Pop();
            }
        }
    }

    private void Remove(ImageRecord image)
    {
        _images.Remove(image.Handle);
        protocols.CloseAllOf(image.Handle);
        protocols.UninstallAllOf(image.Handle, [KnownGuids.LoadedImageDevicePathProtocol, KnownGuids.LoadedImageProtocol]);
        allocator.FreePages(new GuestAddress(image.Pages.Start), image.Pages.Length / GuestAddress.PageSize);
        foreach (GuestAddress buffer in image.Buffers)
        {
            allocator.FreePool(buffer);
        }
    }
}
