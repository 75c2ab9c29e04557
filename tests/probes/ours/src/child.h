/* What a parent probe and the child image that it loads share, through LoadOptions. */
typedef struct Shared { u64 mode; u64 runs; H handle; void *entry; u64 unloads; st unloadStatus; st innerStatus; u64 tpl; H other; u64 parentSeen; st (*call)(void); H made; int iface; u64 exitSize; } Shared;
