/* The part of UEFI 2.10 that the probes use: types, statuses, table layouts, GUIDs. */
#ifndef EFI_H
#define EFI_H
typedef unsigned char u8; typedef unsigned short u16; typedef unsigned int u32; typedef unsigned long long u64; typedef long long s64;
typedef u64 st; typedef void *H; typedef struct { u32 a; u16 b, c; u8 d[8]; } G;
#define EFIAPI
#define NULL ((void *)0)
#define E(n) (0x8000000000000000ull | (n))
enum { tAny = 0, tMax = 1, tAddr = 2 };
enum { mReserved, mLC, mLD, mBC, mBD, mRC, mRD, mConv, mUnus, mACPI, mNVS, mMMIO, mPort, mPal, mPers, mUnacc };
typedef struct { u64 sig; u32 rev, size, crc, res; } Hdr;
typedef struct { u32 type, pad; u64 phys, virt, pages, attr; } MD;
typedef void (*NotifyFn)(void *ev, void *ctx);
typedef struct { H agent, ctl; u32 attr, count; } OpenInfo;
typedef struct { u16 year; u8 month, day, hour, minute, second, pad1; u32 ns; short tz; u8 daylight, pad2; } Time;
typedef struct { u32 res, acc; u8 sets; } TimeCaps;
typedef struct DPs { u8 type, sub; u8 len[2]; } DP;
typedef struct {
  Hdr h;
  u64 (*RaiseTPL)(u64); void (*RestoreTPL)(u64);
  st (*AllocatePages)(u64, u64, u64, u64 *); st (*FreePages)(u64, u64);
  st (*GetMemoryMap)(u64 *, void *, u64 *, u64 *, u32 *);
  st (*AllocatePool)(u64, u64, void *); st (*FreePool)(void *);
  st (*CreateEvent)(u32, u64, NotifyFn, void *, H *); st (*SetTimer)(H, u64, u64); st (*WaitForEvent)(u64, H *, u64 *);
  st (*SignalEvent)(H); st (*CloseEvent)(H); st (*CheckEvent)(H);
  st (*Install)(H *, G *, u64, void *); st (*Reinstall)(H, G *, void *, void *); st (*Uninstall)(H, G *, void *);
  st (*HandleProtocol)(H, G *, void *); void *Reserved;
  st (*RegisterNotify)(G *, H, void *); st (*LocateHandle)(u64, G *, void *, u64 *, H *);
  st (*LocateDevicePath)(G *, DP **, H *); st (*InstallConfig)(G *, void *);
  st (*LoadImage)(u8, H, DP *, void *, u64, H *); st (*StartImage)(H, u64 *, u16 **); st (*Exit)(H, st, u64, u16 *);
  st (*UnloadImage)(H); st (*ExitBootServices)(H, u64);
  st (*GetNextMonotonicCount)(u64 *); st (*Stall)(u64); st (*SetWatchdog)(u64, u64, u64, u16 *);
  st (*Connect)(H, H *, DP *, u8); st (*Disconnect)(H, H, H);
  st (*Open)(H, G *, void *, H, H, u32); st (*Close)(H, G *, H, H); st (*OpenInformation)(H, G *, OpenInfo **, u64 *);
  st (*PerHandle)(H, G ***, u64 *); st (*LocateHandleBuffer)(u64, G *, void *, u64 *, H **); st (*LocateProtocol)(G *, void *, void *);
  st (*InstallMultiple)(H *, ...); st (*UninstallMultiple)(H, ...);
  st (*Crc32)(void *, u64, u32 *); void (*CopyMem)(void *, void *, u64); void (*SetMem)(void *, u64, u8);
  st (*CreateEventEx)(u32, u64, NotifyFn, const void *, const G *, H *);
} BS;
typedef struct {
  Hdr h;
  st (*GetTime)(Time *, TimeCaps *); st (*SetTime)(Time *); st (*GetWakeup)(u8 *, u8 *, Time *); st (*SetWakeup)(u8, Time *);
  st (*SetVirtualAddressMap)(u64, u64, u32, void *); st (*ConvertPointer)(u64, void **);
  st (*GetVariable)(u16 *, G *, u32 *, u64 *, void *); st (*GetNextVariableName)(u64 *, u16 *, G *);
  st (*SetVariable)(u16 *, G *, u32, u64, void *); st (*GetNextHigh)(u32 *); void (*ResetSystem)(u64, st, u64, void *);
  st (*UpdateCapsule)(void **, u64, u64); st (*QueryCapsule)(void **, u64, u64 *, u64 *); st (*QueryVariableInfo)(u32, u64 *, u64 *, u64 *);
} RT;
typedef struct { int max, mode, attr, col, row; u8 vis; } TextMode;
typedef struct TextOut {
  st (*Reset)(struct TextOut *, u8); st (*OutputString)(struct TextOut *, u16 *); st (*TestString)(struct TextOut *, u16 *);
  st (*QueryMode)(struct TextOut *, u64, u64 *, u64 *); st (*SetMode)(struct TextOut *, u64); st (*SetAttribute)(struct TextOut *, u64);
  st (*ClearScreen)(struct TextOut *); st (*SetCursorPosition)(struct TextOut *, u64, u64); st (*EnableCursor)(struct TextOut *, u8);
  TextMode *Mode;
} TextOut;
typedef struct { u16 scan, ch; } Key;
typedef struct { Key key; u32 shift; u8 toggle; } KeyData;
typedef struct TextIn { st (*Reset)(struct TextIn *, u8); st (*ReadKeyStroke)(struct TextIn *, Key *); H wait; } TextIn;
typedef struct TextInEx {
  st (*Reset)(struct TextInEx *, u8); st (*ReadKeyStrokeEx)(struct TextInEx *, KeyData *); H wait; st (*SetState)(struct TextInEx *, u8 *);
  st (*RegisterKeyNotify)(struct TextInEx *, KeyData *, st (*)(KeyData *), H *); st (*UnregisterKeyNotify)(struct TextInEx *, H);
} TextInEx;
typedef struct { G guid; void *table; } Cfg;
typedef struct {
  Hdr h; u16 *vendor; u32 fwrev, pad; H conInH; TextIn *conIn; H conOutH; TextOut *conOut; H errH; TextOut *err; RT *rt; BS *bs; u64 n; Cfg *cfg;
} ST;
typedef struct LoadedImage {
  u32 rev; H parent; ST *st; H dev; DP *path; void *res; u32 optSize; void *opt; u8 *base; u64 size; u32 code, data; st (*Unload)(H);
} LoadedImage;
typedef struct DriverBinding {
  st (*Supported)(struct DriverBinding *, H, DP *); st (*Start)(struct DriverBinding *, H, DP *); st (*Stop)(struct DriverBinding *, H, u64, H *);
  u32 version, pad; H image, binding;
} DriverBinding;
typedef struct File {
  u64 rev; st (*Open)(struct File *, struct File **, u16 *, u64, u64); st (*Close)(struct File *); st (*Delete)(struct File *);
  st (*Read)(struct File *, u64 *, void *); st (*Write)(struct File *, u64 *, void *); st (*GetPosition)(struct File *, u64 *);
  st (*SetPosition)(struct File *, u64); st (*GetInfo)(struct File *, G *, u64 *, void *); st (*SetInfo)(struct File *, G *, u64, void *);
  st (*Flush)(struct File *);
} File;
typedef struct Sfs { u64 rev; st (*OpenVolume)(struct Sfs *, File **); } Sfs;
typedef struct { u64 size, fileSize, physSize; Time c, a, m; u64 attr; u16 name[1]; } FileInfo;
typedef struct LoadFile { st (*Load)(struct LoadFile *, DP *, u8, u64 *, void *); } LoadFile;
typedef struct { u64 (*Size)(DP *); DP *(*Dup)(DP *); DP *(*AppendPath)(DP *, DP *); DP *(*AppendNode)(DP *, DP *); DP *(*AppendInst)(DP *, DP *);
  DP *(*NextInst)(DP **, u64 *); u8 (*IsMulti)(DP *); DP *(*Create)(u8, u8, u16); } DpUtil;
typedef struct { u16 *(*Node)(DP *, u8, u8); u16 *(*Path)(DP *, u8, u8); } DpToText;
typedef struct { DP *(*Node)(u16 *); DP *(*Path)(u16 *); } DpFromText;
typedef struct { u64 base, len, caps, attr; u32 type, pad; H image, dev; } GcdDesc;
typedef struct {
  Hdr h; st (*Add)(u32, u64, u64, u64); st (*Allocate)(u32, u32, u64, u64, u64 *, H, H); st (*Free)(u64, u64); st (*Remove)(u64, u64);
  st (*GetDesc)(u64, GcdDesc *); st (*SetAttr)(u64, u64, u64); st (*GetMap)(u64 *, GcdDesc **);
} Dxe;
typedef struct Rng { st (*GetInfo)(struct Rng *, u64 *, G *); st (*GetRng)(struct Rng *, G *, u64, u8 *); } Rng;
#endif
